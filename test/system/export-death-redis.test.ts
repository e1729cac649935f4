import { testExports } from './export-death.fixture.js';

testExports('redis');
