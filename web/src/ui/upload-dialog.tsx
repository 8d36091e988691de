import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type FormEvent, useCallback, useState } from 'react';
import { objectionToFile, titleFromFilename } from '../core/file.ts';
import { videoPath } from '../core/routes.ts';
import { navigate } from '../state/navigation.ts';
import { closeUploadDialog, openUploadDialog, removeFile, useUploadDialog } from '../state/upload-dialog.ts';
import { startUploads } from '../state/uploads.ts';
import { DropZone } from './drop-zone.tsx';
import { UploadFields } from './upload-fields.tsx';
import { useDrop } from './use-drop.ts';
import './upload-dialog.css';

/** What a person wrote about a file; nothing yet where it is missing. */
export interface Words {
  title: string;
  description: string;
}

export function UploadDialog() {
  const { open, files } = useUploadDialog();
  const add = useCallback((dropped: File[]) => openUploadDialog(dropped), []);
  const over = useDrop(add);
  return (
    <>
      {over ? (
        <div className="drop-veil">
          <p className="drop-veil-words">Drop to upload</p>
        </div>
      ) : null}
      <Dialog.Root open={open} onOpenChange={(next) => (next ? undefined : closeUploadDialog())}>
        <Dialog.Portal>
          <Dialog.Backdrop className="dialog-backdrop" />
          <Dialog.Popup className="dialog popup">
            <div className="dialog-head">
              <Dialog.Title>Upload</Dialog.Title>
              <Dialog.Close className="button button-plain button-icon" aria-label="Close">
                <X aria-hidden="true" />
              </Dialog.Close>
            </div>
            <UploadForm files={files} />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </>
  );
}

function UploadForm({ files }: { files: readonly File[] }) {
  const [words, setWords] = useState<ReadonlyMap<File, Words>>(new Map());
  const wordsOf = (file: File) => words.get(file) ?? { title: titleFromFilename(file.name), description: '' };
  const good = files.filter((file) => objectionToFile(file) === null);
  const complete = good.every((file) => wordsOf(file).title.trim() !== '');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (good.length === 0 || !complete) return;
    const wishes = good.map((file) => ({ file, ...wordsOf(file), title: wordsOf(file).title.trim() }));
    // One video is watched where it will play; several from where all can be seen.
    if (wishes.length === 1) startUploads(wishes, (id) => navigate(videoPath(id)));
    else {
      startUploads(wishes);
      navigate('/');
    }
    closeUploadDialog();
  };

  return (
    <form className="upload-form" onSubmit={submit} noValidate>
      <Dialog.Description className="quiet upload-intro">
        Files go straight from your browser to storage, one after another.
      </Dialog.Description>
      <DropZone onFiles={openUploadDialog} compact={files.length > 0} />
      <ul className="upload-files">
        {files.map((file) => (
          <li key={`${file.name}:${file.size}:${file.lastModified}`}>
            <UploadFields
              file={file}
              words={wordsOf(file)}
              onChange={(next) => setWords((all) => new Map(all).set(file, next))}
              onRemove={() => removeFile(file)}
            />
          </li>
        ))}
      </ul>
      {files.length === 0 ? null : (
        <div className="dialog-foot">
          <Dialog.Close className="button">Not now</Dialog.Close>
          <button type="submit" className="button button-primary" disabled={good.length === 0 || !complete}>
            {good.length > 1 ? `Upload ${good.length} videos` : 'Start upload'}
          </button>
        </div>
      )}
    </form>
  );
}
