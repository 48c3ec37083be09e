import { option } from "./option.js";
import { FILE, listOf, PORT, RATE, text } from "./value-types.js";

/** Who may ask a server, and how: options of `mlserve serve`. */
export const ACCESS_OPTIONS = {
  apiKey: option(text("KEY"), {
    group: "Access",
    secret: true,
    help: "the key that requests have to carry; only as a variable, since command lines can be seen by others",
  }),
  apiKeyFile: option(FILE, {
    group: "Access",
    help: "a file of such keys, one a line, each with a name before it: team-a KEY",
  }),
  rateLimit: option(RATE, {
    group: "Access",
    help: "requests of one key in a time, or of one address where there are no keys, such as 100/s or 1000/m",
  }),
  allowedHosts: option(listOf(text("HOSTS")), {
    group: "Access",
    help: "names that the Host header may have; unset: any",
  }),
  corsOrigins: option(listOf(text("ORIGINS")), {
    group: "Access",
    help: "sites whose pages may ask, such as https://app.example; unset: none",
  }),
  tlsCert: option(FILE, { group: "Access", help: "serve HTTPS with this certificate chain in PEM" }),
  tlsKey: option(FILE, { group: "Access", help: "the certificate's private key in PEM" }),
  metricsPort: option(PORT, {
    group: "Access",
    help: "give /metrics a port of its own, without keys and TLS; unset: the server's port",
  }),
} as const;
