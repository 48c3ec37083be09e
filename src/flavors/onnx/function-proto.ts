import { type NodeProto, readNodeProto } from "./model-proto.js";
import { messageField, readFields, textField } from "./proto-fields.js";

/** A function that nodes can name as their operator. */
export interface FunctionProto {
  name: string;
  domain: string;
  overload: string;
  readonly nodes: NodeProto[];
  /** Default values of its attributes; each is an AttributeProto. */
  readonly attributes: Uint8Array[];
}

export function readFunctionProto(bytes: Uint8Array): FunctionProto {
  const definition: FunctionProto = { name: "", domain: "", overload: "", nodes: [], attributes: [] };
  readFields(bytes, {
    1: textField((name) => {
      definition.name = name;
    }),
    7: messageField((node) => definition.nodes.push(readNodeProto(node))),
    10: textField((domain) => {
      definition.domain = domain;
    }),
    11: messageField((attribute) => definition.attributes.push(attribute)),
    13: textField((overload) => {
      definition.overload = overload;
    }),
  });
  return definition;
}
