import { Progress } from '@base-ui/react/progress';

interface ProgressBarProps {
  /** What is under way, for a screen reader. */
  label: string;
  /** 0–100; null: under way, nobody knows how far. */
  value: number | null;
}

export function ProgressBar({ label, value }: ProgressBarProps) {
  return (
    <Progress.Root value={value} aria-label={label}>
      <Progress.Track className="bar">
        <Progress.Indicator className="bar-fill" />
      </Progress.Track>
    </Progress.Root>
  );
}
