"use strict";
// Says that something has happened since the page was made. It does not reload by itself: nobody's reading is cut off.
const news = document.getElementById("news");

async function ask() {
  if (document.hidden || !news.hidden) return;
  try {
    const answer = await fetch("/pulse", { cache: "no-store" });
    if (answer.ok) news.hidden = (await answer.text()) === news.dataset.seen;
  } catch {
    // The server is away; the next question finds out whether it is back.
  }
}

setInterval(ask, 15000);
document.addEventListener("visibilitychange", ask);
