/**
 * The text with "\n" for every line end outside of quoted cells, where "\r\n" and "\r" end a line too.
 *
 * A quote opens a cell at its start only; anywhere else it is a character like others.
 */
export function unifyLineEnds(text: string): string {
  if (!text.includes("\r")) return text;
  let unified = "";
  let copied = 0;
  for (let quote = text.indexOf('"'); quote >= 0; quote = text.indexOf('"', quote)) {
    if (!isCellStart(text, quote)) {
      quote++;
      continue;
    }
    unified += text.slice(copied, quote).replace(/\r\n?/g, "\n");
    copied = quote;
    quote = closingQuote(text, quote) + 1;
    unified += text.slice(copied, quote);
    copied = quote;
  }
  return unified + text.slice(copied).replace(/\r\n?/g, "\n");
}

function isCellStart(text: string, index: number): boolean {
  return index === 0 || [",", "\n", "\r"].includes(text[index - 1] ?? "");
}

/** Two quotes in a quoted cell are one of its characters. A cell that is not closed goes to the end of the text. */
function closingQuote(text: string, opening: number): number {
  let quote = text.indexOf('"', opening + 1);
  while (quote >= 0 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  return quote >= 0 ? quote : text.length;
}
