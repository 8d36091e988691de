import type { ReactNode } from 'react';
import './notice.css';

interface NoticeProps {
  tone: 'quiet' | 'bad' | 'warn';
  title: string;
  children?: ReactNode;
  /** Buttons and links: what to do about it. */
  actions?: ReactNode;
  /** Whether it came unasked, and is read out at once. */
  urgent?: boolean;
}

/** A message that belongs to a place on the page, unlike a toast. */
export function Notice({ tone, title, children, actions, urgent = false }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone} role={urgent ? 'alert' : undefined}>
      <p className="notice-title">{title}</p>
      {children === undefined ? null : <div className="notice-text">{children}</div>}
      {actions === undefined ? null : <div className="notice-actions">{actions}</div>}
    </div>
  );
}
