import { subjectOf, type VideoEvent } from '@rushes/shared/events';
import { a, VIDEO_ID } from '@rushes/shared/testing';
import type { NatsConnection } from 'nats';
import { v7 as uuidv7 } from 'uuid';

/** Videos whose events are mixed with each other, as those of a busy hour are. */
const AT_ONCE = 40;
/** Appends on their way to the server at once. */
const IN_FLIGHT = 1_000;
/** Of a usual ladder (1080p, web) and a video of some minutes. */
const RENDITIONS = ['h264-1080', 'h264-720', 'h264-480', 'h264-360', 'h264-240'];
const IMAGES = 10;

/** The life of a video, nine events from `requested` to `ready` with both its tiers. */
function lifeOf(): readonly VideoEvent[] {
  const renditions = <E extends { data: { renditions?: unknown[] | undefined } }>(event: E): E => {
    const [sample] = event.data.renditions ?? [];
    return { ...event, data: { ...event.data, renditions: RENDITIONS.map((id) => Object.assign({}, sample, { id })) } };
  };
  const images = Array.from({ length: IMAGES }, (_, index) => ({
    time: index * 6,
    width: 320,
    height: 180,
    key: `videos/${VIDEO_ID}/g1/thumbnails/a1/image-${index}.webp`,
  }));
  const pictured = (event: ReturnType<typeof a.thumbnailed>) => ({ ...event, data: { ...event.data, images } });
  return [
    a.requested({ description: 'The boats go out before the sun is up, and come home with it.' }),
    a.uploaded(),
    a.inspected(),
    renditions(a.transcoded('first')),
    renditions(pictured(a.thumbnailed('first'))),
    renditions(a.packaged('first')),
    renditions(a.transcoded('standard')),
    renditions(pictured(a.thumbnailed('standard'))),
    renditions(a.packaged('standard')),
  ];
}

/** Appends events of many videos until there are `count`; every twentieth is an edit of a video that is long done. */
export async function fillLog(connection: NatsConnection, count: number): Promise<{ videos: number; bytes: number }> {
  const client = connection.jetstream();
  const life = lifeOf().map((event) => ({ subject: subjectOf(event), body: JSON.stringify(event) }));
  const edit = JSON.stringify(a.updated({ title: 'Harbour at noon' }));
  const encoder = new TextEncoder();
  const open: { id: string; next: number }[] = [];
  const done: string[] = [];
  let bytes = 0;
  let videos = 0;
  let sending: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    const old = index % 20 === 19 ? done[Math.floor(Math.random() * done.length)] : undefined;
    const at = Math.floor(Math.random() * AT_ONCE);
    const one = open[at] ?? { id: uuidv7(), next: 0 };
    const event = life[one.next];
    if (event === undefined) throw new Error('a life has ended twice');
    const [id, subject, body] =
      old === undefined ? [one.id, event.subject, event.body] : [old, `video.updated.${old}`, edit];
    if (old === undefined) {
      if (one.next === 0) videos += 1;
      one.next += 1;
      open[at] = one;
      if (one.next === life.length) {
        done.push(one.id);
        delete open[at];
      }
    }
    const data = encoder.encode(body.replaceAll(VIDEO_ID, id));
    bytes += data.length;
    // In one connection the order is kept, whoever waits for the answers.
    sending.push(client.publish(subject.replace(VIDEO_ID, id), data));
    if (sending.length >= IN_FLIGHT) {
      await Promise.all(sending);
      sending = [];
    }
  }
  await Promise.all(sending);
  return { videos, bytes };
}
