// How menus close, and what a phone has in one: there the controls would push the map off the first screen, so that all but the
// field to find a body and the questions stand in a menu of their own.
function startMenus() {
  const menus = [...document.querySelectorAll(".menu")], views = byId("views"), summary = views.querySelector("summary");
  addEventListener("pointerdown", ({ target }) => menus.forEach((menu) => menu.contains(target) || (menu.open = false)), true);
  for (const menu of menus) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      event.stopPropagation();
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !menu.contains(relatedTarget) && (menu.open = false));
  }
  // What changes the whole map is looked at without the menu; filters are often several.
  views.addEventListener("click", ({ target }) => {
    if (!target.closest("#map-of, #fit, #story-start")) return;
    views.open = false;
    if (views.contains(document.activeElement) || document.activeElement === document.body) summary.focus();
  });
  if (phone.matches) placeControls();
  phone.addEventListener("change", placeControls);
}

function placeControls() {
  const views = byId("views"), label = document.querySelector('label[for="find"]'), narrow = phone.matches;
  const [active, buttons, zoom, filters, legend] = [".active", ".toolbar .buttons", ".zoom", ".filters", ".legend"].map((each) => document.querySelector(each));
  views.hidden = !narrow;
  views.open = false;
  label.classList.toggle("visually-hidden", narrow);
  byId("find").placeholder = narrow ? label.textContent : "Name, acronym or former name";
  if (narrow) {
    views.querySelector("div").append(byId("moment"), buttons, filters);
    views.after(zoom);
  } else {
    active.prepend(byId("moment"));
    views.before(buttons);
    byId("fit").before(zoom);
    legend.after(filters);
  }
}
