import { Check, X } from 'lucide-react';
import { formatSpan } from '../core/format.ts';
import type { Step } from '../core/steps.ts';
import './steps.css';

const STATE_WORDS: Record<Step['state'], string> = {
  done: 'done',
  now: 'under way',
  waiting: 'waiting',
  failed: 'failed',
};

/** The stations from file to stream. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <ol className="steps">
      {steps.map(({ id, label, state, percent, took }) => (
        <li key={id} className="step" data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
          <span className="step-mark" aria-hidden="true">
            {state === 'done' ? <Check /> : state === 'failed' ? <X /> : null}
          </span>
          <span className="step-label">{label}</span>
          <span className="visually-hidden">{STATE_WORDS[state]}</span>
          <span className="step-time mono">
            {percent !== null ? `${Math.floor(percent)} %` : took !== null ? formatSpan(took) : ''}
          </span>
        </li>
      ))}
    </ol>
  );
}
