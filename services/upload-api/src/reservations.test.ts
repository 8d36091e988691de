import { describe, expect, it } from 'vitest';
import { createReservations, type ReservationStore } from './reservations.ts';

/** A bucket as JetStream keeps it: a write names the revision it follows. */
function bucket() {
  const entries = new Map<string, Uint8Array>();
  const store: ReservationStore = {
    async put(key, value, { previousSeq }) {
      if (previousSeq === 0 && entries.has(key)) throw wrongLastSequence();
      entries.set(key, value);
      return entries.size;
    },
    async get(key) {
      const value = entries.get(key);
      return value === undefined ? null : { value };
    },
  };
  return { store, entries };
}

function wrongLastSequence(): Error {
  return Object.assign(new Error('wrong last sequence'), { api_error: { err_code: 10071 } });
}

describe('reservations of an Idempotency-Key', () => {
  it('gives a new key to the video it came with', async () => {
    const { store } = bucket();
    const reserved = await createReservations(store).reserve('k', { title: 'a' }, 'video-1');
    expect(reserved).toEqual({ videoId: 'video-1', sameBody: true });
  });

  it('gives a repeated key the first video, whatever the order of the fields', async () => {
    const reservations = createReservations(bucket().store);
    await reservations.reserve('k', { title: 'a', size: 1 }, 'video-1');
    expect(await reservations.reserve('k', { size: 1, title: 'a' }, 'video-2')).toEqual({
      videoId: 'video-1',
      sameBody: true,
    });
  });

  it('notices another body', async () => {
    const reservations = createReservations(bucket().store);
    await reservations.reserve('k', { title: 'a' }, 'video-1');
    expect(await reservations.reserve('k', { title: 'b' }, 'video-2')).toEqual({ videoId: 'video-1', sameBody: false });
  });

  it('lets one of racing requests decide', async () => {
    const reservations = createReservations(bucket().store);
    const ids = ['1', '2', '3', '4', '5'];
    const all = await Promise.all(ids.map((id) => reservations.reserve('k', {}, id)));
    expect(new Set(all.map(({ videoId }) => videoId)).size).toBe(1);
  });

  it('reserves anew when the entry ran out between the refusal and the read', async () => {
    const { store } = bucket();
    let first = true;
    const put: ReservationStore['put'] = async (...write) => {
      if (!first) return store.put(...write);
      first = false;
      throw wrongLastSequence();
    };
    const reserved = await createReservations({ ...store, put }).reserve('k', {}, 'video-1');
    expect(reserved.videoId).toBe('video-1');
  });

  it('does not keep the key itself', async () => {
    const { store, entries } = bucket();
    await createReservations(store).reserve('secret key', {}, 'video-1');
    expect([...entries.keys()].join()).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says that the bus is unavailable when the bucket does not answer', async () => {
    const put = async () => Promise.reject(new Error('TIMEOUT'));
    const reservations = createReservations({ ...bucket().store, put });
    await expect(reservations.reserve('k', {}, 'v')).rejects.toMatchObject({ code: 'bus_unavailable' });
  });
});
