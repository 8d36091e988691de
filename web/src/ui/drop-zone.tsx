import { FileVideo } from 'lucide-react';
import { useRef } from 'react';
import './drop-zone.css';

interface DropZoneProps {
  onFiles: (files: File[]) => void;
  /** Small when there are files already. */
  compact?: boolean;
}

/** Where files are chosen. Dropping works anywhere on the page (see use-drop.ts); this is what says so. */
export function DropZone({ onFiles, compact = false }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="drop-zone" data-compact={compact || undefined}>
      <FileVideo className="drop-zone-icon" aria-hidden="true" />
      <p className="drop-zone-words">
        {compact ? 'Drop more files here, or' : 'Drop video files here, or'}
        <button type="button" className="drop-zone-button" onClick={() => input.current?.click()}>
          choose files
        </button>
      </p>
      {compact ? null : <p className="field-hint">Any format a camera or editor writes, up to 5 GiB each.</p>}
      <input
        ref={input}
        className="visually-hidden"
        type="file"
        accept="video/*,.mkv,.avi,.mov,.mpg,.mpeg,.ogv,.ogg,.ts,.mts,.m2ts,.wmv,.flv,.webm,.mp4,.3gp,.mxf"
        multiple
        tabIndex={-1}
        aria-label="Video files"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          // The same file can be chosen again after it was taken out.
          event.target.value = '';
        }}
      />
    </div>
  );
}
