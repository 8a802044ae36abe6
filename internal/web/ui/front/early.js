// Says before the page is drawn that scripts run, so that nothing jumps. Old browsers stay without.
if ("noModule" in HTMLScriptElement.prototype) document.documentElement.className += " gp-js";
