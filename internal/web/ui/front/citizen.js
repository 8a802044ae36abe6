// Enhancements of pages for the public. Every page works without them.
import { Button, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink } from "govuk-frontend";
import { start } from "./enhance.js";
import { passkeys } from "./passkey.js";

start([Button, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink]);
passkeys();

// What is typed into an application is kept even when it is wrong. So a page with a complaint may be asked for
// again as if it had been opened by its address, and going back to it later asks nobody to send a form anew.
if (location.pathname.startsWith("/apply/") && document.querySelector(".govuk-error-summary")) {
  history.replaceState(history.state, "", location.href);
}
