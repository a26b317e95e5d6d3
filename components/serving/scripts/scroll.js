// A page that is loaded again is where it was scrolled to, as soon as it is that long again.
(() => {
  const MAIN = '[data-testid="stMain"]', STEP = 100, STABLE = 10, MOST = 300;
  const key = () => `pedestal-scroll:${location.pathname}`;
  const stored = (value) => {
    try {
      if (value !== undefined) sessionStorage.setItem(key(), value);
      return Number(sessionStorage.getItem(key())) || 0;
    } catch {
      return 0;
    }
  };
  const how = performance.getEntriesByType("navigation")[0]?.type;
  let wanted = how === "reload" || how === "back_forward" ? stored() : 0;

  document.addEventListener("scroll", ({ target }) => {
    if (!wanted && target.matches?.(MAIN)) stored(Math.round(target.scrollTop));
  }, { capture: true, passive: true });
  for (const hand of ["wheel", "touchstart", "keydown", "pointerdown"]) {
    addEventListener(hand, () => { wanted = 0; }, { capture: true, passive: true });
  }
  let reached = 0, steps = 0;
  const timer = setInterval(() => {
    const main = document.querySelector(MAIN);
    if (!wanted || reached >= STABLE || ++steps > MOST) {
      wanted = 0;
      clearInterval(timer);
    } else if (main && main.scrollHeight - main.clientHeight >= wanted - 1) {
      reached += Math.abs(main.scrollTop - wanted) <= 1 ? 1 : 0;
      main.scrollTop = wanted;
    }
  }, STEP);
})();
