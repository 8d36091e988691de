import { STATUSES, type Status } from '../core/status.ts';
import './status-badge.css';

export function StatusBadge({ status }: { status: Status }) {
  const { label, tone } = STATUSES[status];
  return (
    <span className="badge" data-tone={tone}>
      <span className="badge-dot" aria-hidden="true" />
      {label}
    </span>
  );
}
