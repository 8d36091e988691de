import type { VideoView } from '@rushes/shared/video';
import type { ReactNode } from 'react';
import { adviceFor } from '../core/failures.ts';
import { formatDate } from '../core/format.ts';
import type { Entry } from '../core/history.ts';
import { mayReprocess, stageName } from '../core/status.ts';
import type { Step } from '../core/steps.ts';
import { CopyRow } from '../ui/copy-row.tsx';
import { Facts } from '../ui/facts.tsx';
import { HistoryList } from '../ui/history-list.tsx';
import { Notice } from '../ui/notice.tsx';
import { Renditions } from '../ui/renditions.tsx';
import { Steps } from '../ui/steps.tsx';

interface VideoDetailsProps {
  video: VideoView;
  entries: readonly Entry[];
  onReprocess: () => void;
}

/** Below the player: what is worth knowing about the making. */
export function VideoDetails({ video, entries, onReprocess }: VideoDetailsProps) {
  return (
    <>
      <PartialFailure video={video} onReprocess={onReprocess} />
      {video.warnings.length === 0 ? null : (
        <Notice tone="warn" title={video.warnings.length === 1 ? 'Worth knowing' : 'Worth knowing about this video'}>
          <ul>
            {video.warnings.map(({ code, message }) => (
              <li key={`${code} ${message}`}>{message}</li>
            ))}
          </ul>
        </Notice>
      )}
      {video.renditions.length === 0 ? null : (
        <Part title="Renditions" note={`${video.renditions.length}`}>
          <Renditions renditions={video.renditions} />
        </Part>
      )}
      {entries.length === 0 ? null : (
        <Part title="History" note={`${formatDate(entries[0]?.time ?? video.createdAt)}, from the event log`}>
          <HistoryList entries={entries} />
        </Part>
      )}
    </>
  );
}

export function VideoAside({ video, steps }: { video: VideoView; steps: readonly Step[] }) {
  return (
    <aside className="video-aside" aria-label="Making, links and details">
      <section className="card aside-card making">
        <h2>Making</h2>
        <Steps steps={steps} />
      </section>
      <section className="card aside-card">
        <h2>Links</h2>
        {video.playback === null ? null : <CopyRow label="HLS" text={video.playback.hls} />}
        {video.playback?.dash == null ? null : <CopyRow label="DASH" text={video.playback.dash} />}
        {video.playback?.mp4 == null ? null : <CopyRow label="MP4" text={video.playback.mp4} />}
        <CopyRow label="API call" text={`curl ${location.origin}/v1/videos/${video.id}`} />
      </section>
      <section className="card aside-card">
        <h2>Details</h2>
        <Facts video={video} />
      </section>
    </aside>
  );
}

/** Something went wrong, but there is something to play: a later tier, or making it anew. */
function PartialFailure({ video, onReprocess }: { video: VideoView; onReprocess: () => void }) {
  const { error } = video;
  if (error === null || video.playback === null) return null;
  const retry = adviceFor(error.code).retry && mayReprocess(video);
  return (
    <Notice
      tone="bad"
      title={`It plays, but ${stageName(error.stage).toLowerCase()} did not finish`}
      actions={
        retry ? (
          <button type="button" className="button" onClick={onReprocess}>
            Make it anew
          </button>
        ) : undefined
      }
    >
      {error.message}
    </Notice>
  );
}

function Part({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <section className="part">
      <h2>
        {title} <span className="part-note">{note}</span>
      </h2>
      {children}
    </section>
  );
}
