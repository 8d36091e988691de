/** Builds the images that no variable names (`rushes-api:tests` and its like): cached layers make that seconds where nothing has changed. */
export function buildImages(root: string, env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void>;
