import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { descendants, element, parseXml, writeXml } from './xml.ts';

describe('writeXml and parseXml', () => {
  it('carry any text and attribute through', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((value) => `x${value}x`);
    fc.assert(
      fc.property(text, text, (attribute, content) => {
        const root = element('MPD', { a: attribute }, [element('Label', {}, content)]);
        const read = parseXml(writeXml(root));
        const clean = (value: string) =>
          value.replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ' ');
        expect(read.attributes.a).toBe(clean(attribute));
        expect(read.children[0]?.text).toBe(clean(content));
      }),
    );
  });

  it('find elements at any depth in document order', () => {
    const root = parseXml('<a><b n="1"><b n="2"/></b><c><b n="3"></b></c></a>');
    expect(descendants(root, 'b').map(({ attributes }) => attributes.n)).toEqual(['1', '2', '3']);
  });

  it('escape what a label from a file may hold', () => {
    expect(writeXml(element('Label', { x: '"<&>\'' }, '</Label>\u0000'))).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Label x="&quot;&lt;&amp;&gt;&apos;">&lt;/Label&gt; </Label>\n',
    );
  });
});

describe('parseXml', () => {
  it.each([
    ['an element that is not closed', '<a><b></a>'],
    ['a wrong closing tag', '<a></b>'],
    ['two roots', '<a/><b/>'],
    ['an unquoted attribute', '<a b=c/>'],
    ['an attribute given twice', '<a b="1" b="2"/>'],
    ['an unknown reference', '<a>&evil;</a>'],
    ['a document type', '<!DOCTYPE a><a/>'],
    ['text outside', '<a/>x'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(() => parseXml(text)).toThrow(SyntaxError);
  });
});
