// What a browser does on the way from page to page, where Streamlit 1.67 leaves it undone. It makes
// an entry of the history for every word that a script writes into the address, from the first load
// on, so that Back would lead through quantiles instead of pages. And its menu closes after a choice
// on what calls itself a phone, but covers the page on every screen as narrow as one.
(() => {
  const NARROW = 768;  // CSS pixels; below, the menu lies over the page
  const CLOSING_MS = 150;  // in which Streamlit closes it itself, where it does
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) =>
    (leads(url) ? push(state, title, url) : history.replaceState(state, title, url));

  // Whether to another page. Of an address that only names a page (`?page=`) nothing stays, nor of
  // one that led on before a person has touched anything: Back leaves, as from any link.
  const named = () => new URLSearchParams(location.search).has("page");
  let arriving = named();
  function leads(url) {
    if (new URL(url ?? "", location.href).pathname === location.pathname) return false;
    const touched = navigator.userActivation?.hasBeenActive ?? true;
    const stays = touched && !arriving && !named();
    arriving = false;
    return stays;
  }

  document.addEventListener("click", (event) => {
    // Where the address named the page that was there already, nothing has led on.
    if (event.target.closest?.("a, button")) arriving = false;
    if (innerWidth > NARROW || !event.target.closest?.("[data-testid=stSidebarNavLink]")) return;
    setTimeout(() => {
      const menu = document.querySelector("[data-testid=stSidebar]");
      const button = menu?.querySelector("[data-testid=stSidebarCollapseButton] button");
      if (menu && menu.getBoundingClientRect().right > 0) button?.click();
    }, CLOSING_MS);
  }, { capture: true });
})();
