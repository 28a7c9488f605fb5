// What is said about the clip on screen.

export const progress = (work) =>
  work.total ? `${work.step} ${Math.floor((100 * work.done) / work.total)} %` : `${work.step} …`;

// What there is to do in a clip for a player, or what went wrong.
export function sentence(clip, who, proposed) {
  if (clip.error) return clip.error;
  const whom = who || "the player";
  if (clip.status === "rejected") return "This clip stays unmarked. Pick somebody to take it in again.";
  if (clip.status === "approved") return "Approved.";
  if (clip.status === "processing") return "Following …";
  if (proposed) return `Is ${whom} found here? Enter says yes; else click on ${whom}.`;
  if (!clip.picks.some((pick) => pick.player === who)) return `Click on ${whom}. Not in this picture? Step on with →.`;
  if (!clip.doubts.length) return "No doubts. Watch it, then approve (A).";
  return `${clip.doubts.length === 1 ? "One stretch is" : `${clip.doubts.length} stretches are`} in doubt: D goes there. Click on the player to correct.`;
}
