import { Field } from '@base-ui/react/field';
import { Trash2 } from 'lucide-react';
import { objectionToFile, TEXT_LIMITS } from '../core/file.ts';
import { formatBytes } from '../core/format.ts';
import type { Words } from './upload-dialog.tsx';

interface UploadFieldsProps {
  file: File;
  words: Words;
  onChange: (words: Words) => void;
  onRemove: () => void;
}

/** One chosen file with its title and description. */
export function UploadFields({ file, words, onChange, onRemove }: UploadFieldsProps) {
  const objection = objectionToFile(file);
  return (
    <fieldset className="upload-file">
      <legend className="upload-file-head">
        <span className="upload-file-name">{file.name}</span>
        <span className="mono quiet">{formatBytes(file.size)}</span>
      </legend>
      <button
        type="button"
        className="button button-plain button-icon button-small upload-file-remove"
        aria-label={`Take ${file.name} out`}
        onClick={onRemove}
      >
        <Trash2 aria-hidden="true" />
      </button>
      {objection === null ? (
        <>
          <Field.Root className="field" invalid={words.title.trim() === ''}>
            <Field.Label className="field-label">Title</Field.Label>
            <Field.Control
              className="input"
              value={words.title}
              maxLength={TEXT_LIMITS.title}
              onChange={(event) => onChange({ ...words, title: event.target.value })}
            />
            <Field.Error className="field-error" match={words.title.trim() === ''}>
              Give it a title.
            </Field.Error>
          </Field.Root>
          <Field.Root className="field">
            <Field.Label className="field-label">Description</Field.Label>
            <Field.Control
              render={<textarea rows={2} />}
              className="input"
              value={words.description}
              maxLength={TEXT_LIMITS.description}
              placeholder="What is on it? (optional)"
              onChange={(event) => onChange({ ...words, description: event.target.value })}
            />
          </Field.Root>
        </>
      ) : (
        <p className="field-error" role="alert">
          {objection}
        </p>
      )}
    </fieldset>
  );
}
