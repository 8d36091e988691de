/** A small XML writer and reader: as much as a manifest needs, and strict, so that what we publish is well-formed. */
export interface XmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly XmlElement[];
  /** Character data directly inside, joined and unescaped. */
  text: string;
}

type AttributeValue = string | number | boolean | undefined;

/** Builds an element; attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
  content: readonly XmlElement[] | string = [],
): XmlElement {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  return {
    name,
    attributes: Object.fromEntries(given),
    children: typeof content === 'string' ? [] : content,
    text: typeof content === 'string' ? content : '',
  };
}

/** The document of an element, indented by two spaces. */
export function writeXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeElement(root, '')}`;
}

function writeElement({ name, attributes, children, text }: XmlElement, indent: string): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  const open = `${indent}<${name}${written.join('')}`;
  if (text !== '') return `${open}>${escapeXml(text)}</${name}>\n`;
  if (children.length === 0) return `${open}/>\n`;
  return `${open}>\n${children.map((child) => writeElement(child, `${indent}  `)).join('')}${indent}</${name}>\n`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const UNESCAPES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ESCAPES).map(([character, reference]) => [reference, character]),
);

/** What XML 1.0 cannot hold at all (most control characters) becomes a space. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ' ')
    .replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

const DECLARATION = /^\uFEFF?<\?xml [^?]*\?>\s*/;
const TAG = /<(?:(\/)([\w:.-]+)\s*|([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*"[^"<]*")*)\s*(\/)?)>/y;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*"([^"<]*)"/g;

/**
 * Reads a document of elements, attributes and text: no comments, CDATA or document types, since our manifests have
 * none. Throws SyntaxError where the text is not well-formed.
 */
export function parseXml(text: string): XmlElement {
  const body = text.replace(DECLARATION, '').trimEnd();
  const open: { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }[] = [];
  let position = 0;
  while (position < body.length) {
    const next = body.indexOf('<', position);
    if (next < 0) break;
    addText(open.at(-1), body.slice(position, next));
    TAG.lastIndex = next;
    const match = TAG.exec(body);
    if (match === null) throw new SyntaxError(`not well-formed XML near "${body.slice(next, next + 40)}"`);
    position = TAG.lastIndex;
    const [, closing, closedName, openedName = '', attributes = '', selfClosing] = match;
    if (closing === undefined) {
      open.push({ name: openedName, attributes: readAttributes(attributes), children: [], text: '' });
      if (selfClosing === undefined) continue;
    }
    const done = open.pop();
    if (done === undefined || (closing !== undefined && done.name !== closedName)) {
      throw new SyntaxError(`</${closedName}> closes nothing that is open`);
    }
    const parent = open.at(-1);
    if (parent !== undefined) parent.children.push(done);
    else if (position === body.length) return done;
    else throw new SyntaxError('more than one root element');
  }
  throw new SyntaxError('the document ends before its root element is closed');
}

function addText(parent: { text: string } | undefined, text: string): void {
  if (text.trim() === '') return;
  if (parent === undefined) throw new SyntaxError('text outside the root element');
  parent.text += unescapeXml(text);
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE)) {
    if (name in attributes) throw new SyntaxError(`attribute ${name} twice in one element`);
    attributes[name] = unescapeXml(value);
  }
  return attributes;
}

function unescapeXml(text: string): string {
  return text.replaceAll(/&[^;]*;?/g, (reference) => {
    const character = UNESCAPES[reference];
    if (character === undefined) throw new SyntaxError(`unknown reference ${reference}`);
    return character;
  });
}

/** All elements of a name below (and not including) an element, in document order. */
export function descendants(root: XmlElement, name: string): XmlElement[] {
  return root.children.flatMap((child) => [...(child.name === name ? [child] : []), ...descendants(child, name)]);
}
