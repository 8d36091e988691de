import type { VideoView } from '@rushes/shared/video';
import { useState } from 'react';
import { firstSentence, formatAge, formatClock, formatTimeLeft, spokenDuration } from '../core/format.ts';
import { videoPath } from '../core/routes.ts';
import { activityOf, doingOf, needsToken } from '../core/status.ts';
import { percentOf } from '../core/upload-state.ts';
import { useUploadOf } from '../state/uploads.ts';
import { edgePrint, FilmFrame } from './film-frame.tsx';
import { Link } from './link.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { StatusBadge } from './status-badge.tsx';
import './video-card.css';

export function VideoCard({ video, now }: { video: VideoView; now: Date }) {
  const { id, title, status, durationSeconds, thumbnails } = video;
  const [lost, setLost] = useState(false);
  return (
    <article className="video-card">
      <div className="frame">
        {thumbnails === null || lost || needsToken(video) ? (
          <FilmFrame edge={edgePrint(id)}>
            <Underway video={video} />
          </FilmFrame>
        ) : (
          <Pictures thumbnails={thumbnails} onLost={() => setLost(true)} />
        )}
        {durationSeconds === null ? null : (
          <span className="frame-clock mono">
            <span className="visually-hidden">{spokenDuration(durationSeconds)}</span>
            <span aria-hidden="true">{formatClock(durationSeconds)}</span>
          </span>
        )}
      </div>
      <h2 className="video-card-title">
        <Link href={videoPath(id)} className="video-card-link">
          {title}
        </Link>
      </h2>
      <p className="video-card-line">
        <StatusBadge status={status} />
        <span className="quiet">{formatAge(video.createdAt, now)}</span>
      </p>
    </article>
  );
}

/** The title beside it says what the picture shows, so it is silent itself. The preview plays on hover. */
function Pictures({ thumbnails, onLost }: { thumbnails: NonNullable<VideoView['thumbnails']>; onLost: () => void }) {
  return (
    <>
      <picture>
        <source srcSet={thumbnails.poster.webp} type="image/webp" />
        <img
          className="frame-picture"
          src={thumbnails.poster.jpeg}
          alt=""
          loading="lazy"
          decoding="async"
          onError={onLost}
        />
      </picture>
      {thumbnails.preview === null ? null : (
        <span className="frame-preview" style={{ '--preview': `url("${thumbnails.preview}")` }} aria-hidden="true" />
      )}
    </>
  );
}

function Underway({ video }: { video: VideoView }) {
  const upload = useUploadOf(video.id);
  if (upload?.phase.name === 'sending') {
    const percent = percentOf(upload);
    return <Gauge label={`Uploading ${video.title}`} words="Uploading" percent={percent} />;
  }
  if (video.progress !== null) {
    const { percent, secondsLeft } = video.progress;
    return (
      <Gauge
        label={`Processing ${video.title}`}
        words={doingOf(video)}
        percent={percent > 0 ? percent : null}
        left={formatTimeLeft(secondsLeft)}
      />
    );
  }
  return <span className="frame-words">{stillness(video)}</span>;
}

/** Why nothing moves, and there is nothing to see. */
function stillness(video: VideoView): string {
  if (video.error !== null) return firstSentence(video.error.message);
  if (video.thumbnails === null) return activityOf(video);
  return needsToken(video) ? 'Signed: shown only with a token' : 'No picture';
}

interface GaugeProps {
  label: string;
  words: string;
  percent: number | null;
  left?: string;
}

function Gauge({ label, words, percent, left = '' }: GaugeProps) {
  return (
    <>
      <span className="frame-percent">{percent === null ? '…' : `${Math.floor(percent)} %`}</span>
      <span className="frame-words">{left === '' ? words : `${words}, ${left}`}</span>
      <span className="frame-bar">
        <ProgressBar label={label} value={percent} left={left} />
      </span>
    </>
  );
}

export function VideoCardSkeleton() {
  return (
    <div className="video-card" aria-hidden="true">
      <div className="frame skeleton" />
      <div className="skeleton skeleton-title" />
      <div className="skeleton skeleton-line" />
    </div>
  );
}
