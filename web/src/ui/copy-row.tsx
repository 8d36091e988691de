import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { tell } from '../state/toasts.ts';
import './copy-row.css';

const SHOWN_MS = 2_000;

/** An address with a button that puts it on the clipboard. */
export function CopyRow({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => tell('The browser did not allow copying', 'Select the text and copy it yourself.'),
    );
  return (
    <div className="copy-row">
      <span className="copy-label">{label}</span>
      <code className="copy-text">{text}</code>
      <button type="button" className="button button-small copy-button" onClick={copy} aria-label={`Copy ${label}`}>
        {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
        {copied ? 'Copied' : 'Copy'}
      </button>
      <span className="visually-hidden" role="status">
        {copied ? `${label} copied` : ''}
      </span>
    </div>
  );
}
