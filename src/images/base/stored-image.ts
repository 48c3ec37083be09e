import type { Descriptor } from "../oci/documents.js";
import type { ImageBlob } from "../oci/image-blob.js";

/** An image, or an index of several, where it is stored. */
export interface StoredImage {
  /** What to call it in an error. */
  readonly where: string;
  /** Its manifest or its index. */
  readonly root: StoredDocument;
  /** A manifest or a config, checked by its digest. */
  document(descriptor: Descriptor): Promise<Uint8Array>;
  /** A layer, whose reader checks it. */
  blob(descriptor: Descriptor): Promise<ImageBlob>;
}

export interface StoredDocument {
  readonly mediaType: string;
  readonly content: Uint8Array;
}
