import { testClocks } from './clock.fixture.js';

testClocks('redis');
