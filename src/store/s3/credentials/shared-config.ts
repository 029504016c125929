import type { Environment } from "../../environment.js";

/** The settings of one profile, names in lower case. */
export type Profile = ReadonlyMap<string, string>;

/** AWS's shared files: `~/.aws/config` and `~/.aws/credentials`, or where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE point. */
export interface SharedConfig {
  /** Settings of both files, of which `credentials` wins; null where neither has the profile. */
  profile(name: string): Profile | null;
  /** An `sso-session` section; null where there is none. */
  ssoSession(name: string): Profile | null;
}

/** Both shared files, absent ones as empty. */
export async function readSharedConfig(environment: Environment): Promise<SharedConfig> {
  const folder = `${environment.home}/.aws`;
  const read = async (variable: string, file: string) => {
    const path = environment.variable(variable) ?? `${folder}/${file}`;
    const resolved = path.startsWith("~/") ? environment.home + path.slice(1) : path;
    return parseSections((await environment.readText(resolved)) ?? "");
  };
  const config = await read("AWS_CONFIG_FILE", "config");
  const credentials = await read("AWS_SHARED_CREDENTIALS_FILE", "credentials");
  return {
    profile(name) {
      // In `config` all but the default profile say that they are one; in `credentials` none does.
      const configured = config.get(`profile ${name}`) ?? (name === "default" ? config.get(name) : undefined);
      const secret = credentials.get(name);
      return configured || secret ? new Map([...(configured ?? []), ...(secret ?? [])]) : null;
    },
    ssoSession: (name) => config.get(`sso-session ${name}`) ?? null,
  };
}

/**
 * Sections of AWS's form of INI. Lines that begin with a space go on with a nested setting, which nothing here needs, and
 * are left out; so are lines of any other form.
 */
export function parseSections(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const heading = /^\[\s*([^\]]*?)\s*\]/.exec(line);
    if (heading) {
      const name = heading[1]!.replace(/\s+/g, " ").replaceAll('"', "");
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      continue;
    }
    const setting = /^([^\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    // A comment inside a line begins behind a space: secrets hold signs of every kind.
    if (setting) section?.set(setting[1]!.toLowerCase(), setting[2]!.replace(/\s[#;].*$/, ""));
  }
  return sections;
}
