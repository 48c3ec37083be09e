import { MlserveError } from "../core/errors.js";

/**
 * The media type of a Content-Type header, without its parameters and in lower case.
 *
 * As RFC 9110 has it, names are compared without case and unknown parameters are ignored; but MLflow 1.x chose the
 * format of the data by a parameter (`format=pandas-split`), and ignoring that would misread the body. Throws
 * `unsupported_media_type` for it, for a boundary, for a CSV without a header, and for any charset but UTF-8.
 */
export function parseMediaType(header: string): string {
  const [type = "", ...parameters] = header.split(";").map((part) => part.trim());
  for (const parameter of parameters) checkParameter(parameter);
  return type.toLowerCase();
}

const UTF8_NAMES = new Set(["utf-8", "utf8", '"utf-8"', '"utf8"']);

function checkParameter(parameter: string): void {
  const [name = "", value = ""] = parameter.split("=").map((part) => part.trim().toLowerCase());
  if (name === "charset" && !UTF8_NAMES.has(value)) {
    throw new MlserveError("unsupported_media_type", "expected the charset utf-8", { where: "Content-Type" });
  }
  if (name === "header" && value === "absent") {
    const hint = "Send a line with the names of the columns first";
    throw new MlserveError("unsupported_media_type", "a CSV without a header is not supported", {
      where: "Content-Type",
      hint,
    });
  }
  if (name === "format" || name === "boundary") {
    const hint = "Name the form in the body instead: dataframe_split, dataframe_records, inputs or instances";
    throw new MlserveError("unsupported_media_type", `the parameter "${name}" is not supported`, {
      where: "Content-Type",
      hint,
    });
  }
}
