// Writes .env.example from the schema of the settings; packages/config/config.test.ts holds the two together.
import { writeFileSync } from 'node:fs';
import { renderEnvExample } from '#config/env-example.js';

writeFileSync(new URL('../../.env.example', import.meta.url), renderEnvExample());
