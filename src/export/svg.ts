/** Characters that XML 1.0 does not allow in any form (2.2), lone surrogates among them. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is safe between tags and inside attributes; what XML cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, "\u{FFFD}").replace(/[&<>"']/g, (character) => entities[character]!);
}

/** An element; attribute values are escaped, `content` is taken as it is. */
export function element(name: string, attributes: Readonly<Record<string, string | number>>, content = ""): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  return content === "" ? `<${name}${written.join("")}/>` : `<${name}${written.join("")}>${content}</${name}>`;
}

/** Widths of common characters as shares of the font size, of a typical sans-serif face; rounded up. */
const widths: readonly (readonly [characters: RegExp, width: number])[] = [
  [/[iljtfI.,:;'|! ]/, 0.32],
  [/[mwMW@%]/, 0.92],
  [/[A-Z]/, 0.7],
  [/[\u1100-\uffff]/, 1.05],
];

/** About how wide a text is drawn, in the unit of `fontSize`. There is no font to measure at this point. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) width += widths.find(([pattern]) => pattern.test(character))?.[1] ?? 0.58;
  return width * fontSize;
}

/** The text, shortened with an ellipsis to about `room` units of `fontSize`. */
export function truncateText(text: string, fontSize: number, room: number): string {
  if (textWidth(text, fontSize) <= room) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join("")}…`, fontSize) > room) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}
