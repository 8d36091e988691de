import { Progress } from '@base-ui/react/progress';

interface ProgressBarProps {
  /** What is under way, for a screen reader. */
  label: string;
  /** 0–100; null: under way, nobody knows how far. */
  value: number | null;
  /** `about 2 minutes left`, or empty. */
  left?: string;
}

export function ProgressBar({ label, value, left = '' }: ProgressBarProps) {
  // Without one the bar says its percent itself, or that nobody knows it.
  const text = value === null || left === '' ? {} : { 'aria-valuetext': `${Math.floor(value)} %, ${left}` };
  return (
    <Progress.Root value={value} aria-label={label} {...text}>
      <Progress.Track className="bar">
        <Progress.Indicator className="bar-fill" />
      </Progress.Track>
    </Progress.Root>
  );
}
