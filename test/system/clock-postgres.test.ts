import { testClocks } from './clock.fixture.js';

testClocks('postgres');
