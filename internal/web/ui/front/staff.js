// Enhancements of pages for staff.
import { Button, Checkboxes, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink } from "govuk-frontend";
import { autosave } from "./autosave.js";
import { start } from "./enhance.js";
import { keep } from "./keep.js";

start([Button, Checkboxes, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink]);
autosave();
keep();
