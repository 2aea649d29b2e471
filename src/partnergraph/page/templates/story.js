// The story: captions that lead through the map, one step at a time. The steps also stand in the page as text.
function startStory() {
  if (!DATA.story.length) return;
  const go = (step) => {
    const { bodies, date } = DATA.story[step];
    select({ step, body: bodies[0] ?? null, to: bodies[1] ?? null, date: asDate(date), since: null });
  };
  // A button that disappears hands the keyboard on to the next one.
  const press = (id, act) =>
    byId(id).addEventListener("click", () => {
      act();
      [id, "story-next", "story-back", "story-start"].map(byId).find((button) => button.offsetParent && !button.disabled)?.focus();
    });
  press("story-start", () => go(0));
  press("story-back", () => go(state.step - 1));
  press("story-next", () => go(state.step + 1));
  press("story-end", () => select({ date: null }));
  listeners.push(() => {
    const on = state.step !== null;
    byId("caption").hidden = !on;
    byId("story-start").hidden = on;
    if (!on) return;
    const step = DATA.story[state.step];
    byId("caption-title").textContent = `${state.step + 1} of ${DATA.story.length}: ${step.title}`;
    byId("caption-text").textContent = step.text;
    byId("story-back").disabled = state.step === 0;
    byId("story-next").disabled = state.step === DATA.story.length - 1;
  });
}
