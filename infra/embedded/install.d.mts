type Say = (line: string) => void;
export class SetupError extends Error {}
export function installPackages(root: string, say: Say): Promise<void>;
export function installTools(root: string, env: NodeJS.ProcessEnv, say: Say): Promise<string>;
export function toolsDir(root: string, env: NodeJS.ProcessEnv): string;
export function nodeBinary(root: string): string;
