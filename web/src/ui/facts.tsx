import type { VideoView } from '@rushes/shared/video';
import type { ReactNode } from 'react';
import { codecName, formatBitrate, formatBytes, formatDate, formatRate, formatSpan } from '../core/format.ts';
import './tables.css';

/** What is known of the file that was uploaded. */
export function Facts({ video }: { video: VideoView }) {
  return (
    <dl className="facts">
      {factsOf(video).map(([name, value]) => (
        <div key={name} className="fact" style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function factsOf(video: VideoView): [string, ReactNode][] {
  const { upload, source, durationSeconds, aspectRatio } = video;
  const facts: [string, ReactNode][] = [
    ['File', upload.filename],
    ['Size', formatBytes(upload.size)],
  ];
  if (durationSeconds !== null) facts.push(['Length', formatSpan(durationSeconds)]);
  if (source !== null) facts.push(...sourceFacts(source, aspectRatio));
  facts.push(['Uploaded', formatDate(upload.finishedAt ?? video.createdAt)]);
  if (video.visibility === 'signed') facts.push(['Visibility', 'Signed links only']);
  facts.push(['Id', <code key="id">{video.id}</code>]);
  return facts;
}

function sourceFacts(source: NonNullable<VideoView['source']>, aspectRatio: string | null): [string, ReactNode][] {
  const { video, audio, bitrate } = source;
  const picture = `${video.displayWidth}×${video.displayHeight}${aspectRatio === null ? '' : ` (${aspectRatio})`}`;
  const rate = `${formatRate(video.fps)} fps${video.variableFrameRate ? ', varying' : ''}`;
  return [
    ['Picture', picture],
    ['Frame rate', rate],
    ['Codec', [codecName(video.codec), video.hdr === null ? '' : video.hdr.toUpperCase()].join(' ').trim()],
    ['Bit rate', formatBitrate(bitrate)],
    ['Sound', audio.length === 0 ? 'none' : audio.map((one) => `${codecName(one.codec)}, ${one.layout}`).join('; ')],
  ];
}
