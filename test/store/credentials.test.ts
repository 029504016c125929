import { describe, expect, test } from "vitest";
import { findEntraToken } from "../../src/store/azure/entra-token.js";
import { ExpiringValue } from "../../src/store/expiring.js";
import { findS3Credentials } from "../../src/store/s3/credentials/find-credentials.js";
import { failureOf } from "./collect.js";
import { type FakeMachine, fakeEnvironment } from "./fake-environment.js";

const lasting = (accessKeyId: string, secretAccessKey: string, sessionToken: string | null = null) => ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  expiresAtMs: null,
});
const find = (machine: FakeMachine, profile: string | null = null) =>
  findS3Credentials(
    fakeEnvironment({ ...machine, variables: { AWS_EC2_METADATA_DISABLED: "true", ...machine.variables } }),
    {
      profile,
      region: "eu-west-1",
      storeUrl: "s3://bucket",
    },
  );
const temporary = { AccessKeyId: "ASIA", SecretAccessKey: "ts", Token: "tt", Expiration: "2026-01-01T01:00:00Z" };
const expiring = {
  accessKeyId: "ASIA",
  secretAccessKey: "ts",
  sessionToken: "tt",
  expiresAtMs: Date.UTC(2026, 0, 1, 1),
};

describe("AWS's shared files", () => {
  const files = {
    "/home/ada/.aws/config": `
# a comment
[default]
region = eu-central-1
[profile work]
region=us-west-2
aws_access_key_id = CONFIGKEY
aws_secret_access_key = config-secret
s3 =
  addressing_style = path
[profile program]
credential_process = "/opt/my tools/get" --user "a b"
[profile role]
role_arn = arn:aws:iam::1:role/reader
source_profile = work
external_id = outside
[profile circle]
role_arn = arn:aws:iam::1:role/a
source_profile = circle2
[profile circle2]
role_arn = arn:aws:iam::1:role/b
source_profile = circle
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
[profile sso]
sso_session = corp
sso_account_id = 123
sso_role_name = Reader
`,
    "/home/ada/.aws/credentials":
      "[default]\r\naws_access_key_id=DEFAULTKEY\r\naws_secret_access_key = a/b+c=#d ; not part of it\r\n[work]\r\naws_access_key_id = WORKKEY\naws_secret_access_key = work-secret\naws_session_token = work-token\n",
  };

  test("give the default profile, and secrets with signs of every kind whole", async () => {
    expect(await find({ files })).toEqual(lasting("DEFAULTKEY", "a/b+c=#d"));
  });

  test("give the profile of AWS_PROFILE, credentials before config", async () => {
    expect(await find({ files, variables: { AWS_PROFILE: "work" } })).toEqual(
      lasting("WORKKEY", "work-secret", "work-token"),
    );
  });

  test("lie where variables point", async () => {
    const other = { "/etc/keys": "[default]\naws_access_key_id = E\naws_secret_access_key = e\n" };
    expect(await find({ files: other, variables: { AWS_SHARED_CREDENTIALS_FILE: "/etc/keys" } })).toEqual(
      lasting("E", "e"),
    );
  });

  test("come behind the variables, unless a profile is asked for by name", async () => {
    const variables = { AWS_ACCESS_KEY_ID: "V", AWS_SECRET_ACCESS_KEY: "v", AWS_PROFILE: "work" };
    expect(await find({ files, variables })).toEqual(lasting("V", "v"));
    expect(await find({ files, variables }, "work")).toEqual(lasting("WORKKEY", "work-secret", "work-token"));
  });

  test("name a program that prints credentials", async () => {
    const output = JSON.stringify({ Version: 1, AccessKeyId: "P", SecretAccessKey: "p", SessionToken: "t" });
    const programs = { "/opt/my tools/get --user a b": output };
    expect(await find({ files, programs }, "program")).toEqual(lasting("P", "p", "t"));
    expect(await failureOf(find({ files }, "program"))).toMatchObject({ name: "InvalidInputError" });
  });

  test("name a role that is taken on with another profile's credentials, signed", async () => {
    const asked: { url: string; body: string; authorization: string | undefined }[] = [];
    const credentials = await find(
      {
        files,
        fetch: (url, init) => {
          const headers = init.headers as Record<string, string>;
          asked.push({ url, body: String(init.body), authorization: headers.authorization });
          return new Response(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>ts" +
              "</SecretAccessKey><SessionToken>tt</SessionToken><Expiration>2026-01-01T01:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
          );
        },
      },
      "role",
    );
    expect(credentials).toEqual(expiring);
    expect(asked[0]!.url).toBe("https://sts.eu-west-1.amazonaws.com/");
    expect(Object.fromEntries(new URLSearchParams(asked[0]!.body))).toEqual({
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: "arn:aws:iam::1:role/reader",
      RoleSessionName: `pixelquery-${Date.UTC(2026, 0, 1)}`,
      ExternalId: "outside",
    });
    expect(asked[0]!.authorization).toContain("Credential=WORKKEY/20260101/eu-west-1/sts/aws4_request");
  });

  test("may not take on roles in a circle, nor name what is not there", async () => {
    expect(await failureOf(find({ files }, "circle"))).toMatchObject({
      message: expect.stringContaining("in a circle") as string,
    });
    expect(await failureOf(find({ files }, "nobody"))).toMatchObject({
      name: "InvalidInputError",
      details: { profile: "nobody" },
    });
  });

  // The SHA-1 of "corp", as sha1sum prints it.
  const tokenPath = "/home/ada/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

  test("name a single sign-on, whose token lies where the AWS CLI left it", async () => {
    const asked: string[] = [];
    const token = JSON.stringify({ accessToken: "sso-token", expiresAt: "2026-01-01T08:00:00Z" });
    const machine: FakeMachine = {
      files: { ...files, [tokenPath]: token },
      fetch: (url, init) => {
        asked.push(`${url} ${(init.headers as Record<string, string>)["x-amz-sso_bearer_token"]}`);
        const roleCredentials = {
          accessKeyId: "ASIA",
          secretAccessKey: "ts",
          sessionToken: "tt",
          expiration: Date.UTC(2026, 0, 1, 1),
        };
        return new Response(JSON.stringify({ roleCredentials }));
      },
    };
    expect(await find(machine, "sso")).toEqual(expiring);
    expect(asked).toEqual([
      "https://portal.sso.us-east-1.amazonaws.com/federation/credentials?account_id=123&role_name=Reader sso-token",
    ]);
    const late = { ...machine, now: () => Date.UTC(2026, 0, 1, 9) };
    expect(await failureOf(find(late, "sso"))).toMatchObject({
      message: "Nobody is signed in for the profile sso, or no longer. Run: aws sso login --profile sso",
    });
  });
});

describe("roles of machines", () => {
  test("of a pod: a web identity, sent unsigned", async () => {
    const bodies: string[] = [];
    const credentials = await find({
      variables: { AWS_WEB_IDENTITY_TOKEN_FILE: "/var/token", AWS_ROLE_ARN: "arn:r", AWS_ROLE_SESSION_NAME: "me" },
      files: { "/var/token": "jwt\n" },
      fetch: (_url, init) => {
        bodies.push(String(init.body));
        const fields =
          "<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>ts</SecretAccessKey><SessionToken>tt</SessionToken>";
        const end = "<Expiration>2026-01-01T01:00:00Z</Expiration>";
        return new Response(`<R><X><Credentials>${fields}${end}</Credentials></X></R>`);
      },
    });
    expect(credentials).toEqual(expiring);
    expect(bodies).toEqual([
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Ar&RoleSessionName=me&WebIdentityToken=jwt",
    ]);
  });

  test("of a container, whose token goes to trusted addresses alone", async () => {
    const variables = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/var/token",
    };
    const files = { "/var/token": "pod-token\n" };
    const sent: unknown[] = [];
    const fetch = (url: string, init: RequestInit) => {
      sent.push([url, init.headers]);
      return new Response(JSON.stringify(temporary));
    };
    expect(await find({ variables, files, fetch })).toEqual(expiring);
    expect(sent).toEqual([["http://169.254.170.23/v1/credentials", { authorization: "pod-token" }]]);
    const astray = { ...variables, AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://example.org/" };
    expect(await failureOf(find({ variables: astray, files, fetch }))).toMatchObject({ name: "UnsupportedError" });
    expect(sent).toHaveLength(1);
  });

  test("of a machine of EC2, by a token of its metadata service", async () => {
    const asked: string[] = [];
    const credentials = await find({
      variables: { AWS_EC2_METADATA_DISABLED: "" },
      fetch: (url, init) => {
        asked.push(`${init.method} ${url}`);
        if (url.endsWith("/api/token")) return new Response("imds-token");
        expect(init.headers).toEqual({ "x-aws-ec2-metadata-token": "imds-token" });
        return new Response(url.endsWith("/security-credentials/") ? "reader" : JSON.stringify(temporary));
      },
    });
    expect(credentials).toEqual(expiring);
    expect(asked).toEqual([
      "PUT http://169.254.169.254/latest/api/token",
      "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/",
      "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/reader",
    ]);
  });

  test("are asked for last; where there are none, it is said what to do", async () => {
    expect(await failureOf(find({ variables: { AWS_EC2_METADATA_DISABLED: "" } }))).toMatchObject({
      name: "InvalidInputError",
      message: expect.stringMatching(/^No credentials for s3:\/\/bucket\..*AWS_NO_SIGN_REQUEST=YES\.$/) as string,
    });
  });

  test("whose answer is broken are told apart from none, without showing it", async () => {
    const error = await failureOf(
      find({
        variables: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/x" },
        fetch: () => new Response('{"SecretAccessKey": "do-not-show", '),
      }),
    );
    expect(error).toMatchObject({ name: "CorruptDataError" });
    expect(String(error)).not.toContain("do-not-show");
  });
});

describe("tokens of Entra ID", () => {
  const findToken = (machine: FakeMachine) => findEntraToken(fakeEnvironment(machine), "az://account/container");
  const answer = () => new Response(JSON.stringify({ access_token: "t", expires_in: 3600 }));
  const token = { token: "t", expiresAtMs: Date.UTC(2026, 0, 1, 1) };

  test("come from a service principal's secret, or a federated token", async () => {
    const forms: Record<string, string>[] = [];
    const fetch = (url: string, init: RequestInit) => {
      forms.push({ url, ...Object.fromEntries(new URLSearchParams(String(init.body))) });
      return answer();
    };
    const variables = { AZURE_TENANT_ID: "tenant", AZURE_CLIENT_ID: "client" };
    expect(await findToken({ variables: { ...variables, AZURE_CLIENT_SECRET: "s" }, fetch })).toEqual(token);
    const federated = { ...variables, AZURE_FEDERATED_TOKEN_FILE: "/t" };
    expect(await findToken({ variables: federated, files: { "/t": "jwt" }, fetch })).toEqual(token);
    const common = {
      url: "https://login.microsoftonline.com/tenant/oauth2/v2.0/token",
      grant_type: "client_credentials",
      client_id: "client",
      scope: "https://storage.azure.com/.default",
    };
    expect(forms).toEqual([
      { ...common, client_secret: "s" },
      {
        ...common,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: "jwt",
      },
    ]);
  });

  test("come from a machine's identity", async () => {
    const fetch = (url: string, init: RequestInit) => {
      expect(url).toBe(
        "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com%2F",
      );
      expect(init.headers).toEqual({ metadata: "true" });
      return new Response(JSON.stringify({ access_token: "t", expires_in: "3600" }));
    };
    expect(await findToken({ fetch })).toEqual(token);
  });

  test("come from who signed in with the Azure CLI, and else it is said how to", async () => {
    const command = "az account get-access-token --output json --resource https://storage.azure.com/";
    const output = JSON.stringify({ accessToken: "t", expires_on: Date.UTC(2026, 0, 1, 1) / 1000 });
    expect(await findToken({ programs: { [command]: output } })).toEqual(token);
    expect(await failureOf(findToken({}))).toMatchObject({
      message: expect.stringContaining("run: az login") as string,
    });
  });
});

describe("ExpiringValue", () => {
  test("is fetched once for many, and again five minutes before its end", async () => {
    let now = 0;
    let fetched = 0;
    const value = new ExpiringValue(
      async () => ({ id: ++fetched, expiresAtMs: now + 3_600_000 }),
      () => now,
    );
    expect(await Promise.all([value.get(), value.get()])).toMatchObject([{ id: 1 }, { id: 1 }]);
    now = 54 * 60_000;
    expect(await value.get()).toMatchObject({ id: 1 });
    now = 56 * 60_000;
    expect(await value.get()).toMatchObject({ id: 2 });
  });

  test("serves until its end where it cannot be renewed, and not longer", async () => {
    let now = 0;
    let isDown = false;
    const value = new ExpiringValue(
      async () => {
        if (isDown) throw new Error("down");
        return { expiresAtMs: 3_600_000 };
      },
      () => now,
    );
    await value.get();
    isDown = true;
    now = 3_599_000;
    expect(await value.get()).toEqual({ expiresAtMs: 3_600_000 });
    now = 3_600_000;
    await expect(value.get()).rejects.toThrow("down");
  });
});
