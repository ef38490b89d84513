/**
 * Says how long reading a model's file takes, and how much memory:
 *
 *     npx tsx tools/measure_load.ts MODEL
 *
 * `peak_mb` is that of the whole process, `base_mb` what it had before the file.
 */
import { readFileSync } from 'node:fs';
import { parseModelFile } from '../src/models/stylegan2/files/model_file.ts';
import { readGenerator } from '../src/models/stylegan2/network/weights.ts';

const [path] = process.argv.slice(2);
if (!path) throw new Error('which file is to be read?');
const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
const base = process.memoryUsage().rss;
const times = [performance.now()];
const bytes = readFileSync(path);
times.push(performance.now());
const file = parseModelFile(bytes, path);
times.push(performance.now());
const { config } = readGenerator(file);
times.push(performance.now());
const [read = 0, parse = 0, check = 0] = times.slice(1).map((time, i) => time - (times[i] ?? 0));
console.log(
  JSON.stringify({
    format: file.format,
    resolution: config.resolution,
    parameters: config.parameters,
    file_mb: megabytes(bytes.length),
    read_ms: Math.round(read),
    parse_ms: Math.round(parse),
    check_ms: Math.round(check),
    base_mb: megabytes(base),
    peak_mb: megabytes(1024 * process.resourceUsage().maxRSS),
  }),
);
