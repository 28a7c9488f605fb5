// What is said to the user for a moment: news and what went wrong.

import { Refused } from "./api.js";

let timer = 0;

export function say(text, bad = false) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.classList.toggle("bad", bad);
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (toast.hidden = true), bad ? 8000 : 3500);
}

function trouble(error) {
  if (error.name === "AbortError") return;
  say(error.message, true);
  if (!(error instanceof Refused)) console.error(error);
}

// An action that says what goes wrong in it.
export const tried = (action) => async (...given) => {
  try {
    return await action(...given);
  } catch (error) {
    trouble(error);
  }
};
