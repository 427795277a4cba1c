import { failure, ok, skipped, warning } from '../cli/doctor/check';
import { renderJunit } from './junit';

describe('JUnit XML', () => {
  const why = { cause: 'because', fix: 'do "this" & <that>' };
  const reports = [
    { name: 'fine', ms: 1_500, ...ok('well') },
    { name: 'odd', ms: 3, ...warning('hm', why) },
    { name: 'broken', ms: 20, ...failure('two\nlines \u0000', why) },
    { name: 'not-there', ms: 0, ...skipped('left out') },
  ];

  it('has a test for each check, and counts them', () => {
    expect(renderJunit('smoke', reports)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="smoke" tests="4" failures="1" errors="0" skipped="1" time="1.523">
  <testcase classname="smoke" name="fine" time="1.500"><system-out>well</system-out></testcase>
  <testcase classname="smoke" name="odd" time="0.003"><system-out>warning: hm
cause: because
fix: do &quot;this&quot; &amp; &lt;that&gt;</system-out></testcase>
  <testcase classname="smoke" name="broken" time="0.020"><failure message="two&#10;lines \ufffd">cause: because
fix: do &quot;this&quot; &amp; &lt;that&gt;</failure></testcase>
  <testcase classname="smoke" name="not-there" time="0.000"><skipped message="left out"/></testcase>
</testsuite>
`);
  });
});
