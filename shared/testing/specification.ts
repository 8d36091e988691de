import { expect } from 'vitest';
import type { VideoEvent } from '../events/index.ts';
import { verbOf } from '../events/index.ts';
import {
  type Command,
  type CommandContext,
  decide,
  fold,
  type Objection,
  present,
  type VideoState,
} from '../video/index.ts';

/** Given a history, when a command comes, then this happens: how every rule of the pure core is written down. */
export function given(...events: VideoEvent[]) {
  const state = fold(events);
  return {
    state,
    when(command: Command, context: Partial<CommandContext> = {}) {
      const decision = decide(state, command, { ...CONTEXT, ...context });
      return {
        decision,
        /** The events that now follow, by what they say. */
        thenAppends(verb: string, data: Record<string, unknown> = {}): VideoState {
          expect(decision).toMatchObject({ kind: 'append', event: { type: `video.${verb}`, data } });
          if (decision.kind !== 'append') throw new Error('unreachable');
          expect(verbOf(decision.event)).toBe(verb);
          return fold([decision.event], state);
        },
        thenRefuses(objection: Objection) {
          expect(decision).toEqual({ kind: 'refused', objection });
        },
        thenChangesNothing() {
          expect(decision).toEqual({ kind: 'unchanged' });
        },
      };
    },
    /** What clients see. */
    thenShows(view: Record<string, unknown>) {
      if (state.status === 'none') throw new Error('there is no video');
      expect(present(state, 'https://cdn.example')).toMatchObject(view);
    },
  };
}

const CONTEXT: CommandContext = {
  videoId: '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e',
  service: 'test',
  now: new Date('2026-01-01T00:00:00.000Z'),
};
