import { testSchedules } from './schedule-death.fixture.js';

testSchedules('postgres');
