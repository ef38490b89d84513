#!/usr/bin/env node
// The command's entry: TypeScript runs as it stands, so that a checkout needs no build step.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
