// Enhancements of pages for the public. Every page works without them.
import { Button, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink } from "govuk-frontend";
import { start } from "./enhance.js";
import { passkeys } from "./passkey.js";

start([Button, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink]);
passkeys();
