import { testFlows } from './flow-death.fixture.js';

testFlows('postgres');
