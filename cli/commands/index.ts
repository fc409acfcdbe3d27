/** All commands, in the order of `--help`. */
import type { Command } from 'commander';
import { registerAccuracy } from './accuracy.ts';
import { registerClaims } from './claims.ts';
import { registerControl } from './control.ts';
import { registerConventions } from './conventions.ts';
import { registerDiagnostics } from './diagnostics.ts';
import { registerDoctor } from './doctor.ts';
import { registerFindings } from './findings.ts';
import { registerForget } from './forget.ts';
import { registerGc } from './gc.ts';
import { registerLineage } from './lineage.ts';
import { registerMigrate } from './migrate.ts';
import { registerModelBridge } from './model-bridge.ts';
import { registerNights } from './nights.ts';
import { registerRefute } from './refute.ts';
import { registerSchedule } from './schedule.ts';
import { registerSearch } from './search.ts';
import { registerSpend } from './spend.ts';
import { registerStart } from './start.ts';
import { registerStatus } from './status.ts';
import { registerTable } from './table.ts';
import { registerTranscript } from './transcript.ts';
import { registerWhy } from './why.ts';
import { registerWorker } from './worker.ts';

export const commands: readonly ((program: Command) => void)[] = [
  registerStart,
  registerNights,
  registerControl,
  registerSearch,
  registerTable,
  registerWhy,
  registerTranscript,
  registerSpend,
  registerLineage,
  registerClaims,
  registerStatus,
  registerDiagnostics,
  registerAccuracy,
  registerConventions,
  registerRefute,
  registerFindings,
  registerSchedule,
  registerWorker,
  registerModelBridge,
  registerGc,
  registerForget,
  registerMigrate,
  registerDoctor,
];
