import type { Batch, WrappedForm } from "../../../core/batch.js";
import type { Source } from "./source.js";

/** Reads the data of one form, which starts at the next byte, or hands over. */
export type ReadData = (source: Source) => Batch;

/** The forms that a signature has readers for. */
export type CompiledForms = Partial<Record<WrappedForm, ReadData>>;
