#!/usr/bin/env node
// The command's entry. In a checkout TypeScript runs as it stands, without a build step; the npm package has it built.
import { existsSync } from 'node:fs';

const isCheckout = existsSync(new URL('./main.ts', import.meta.url));
if (isCheckout) (await import('tsx/esm/api')).register();
const { main } = await import(isCheckout ? './main.ts' : '../../library/cli/main.js');
await main(process.argv.slice(2));
