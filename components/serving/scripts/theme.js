// Menus and popovers are drawn outside the page's frame: they get to know its theme from here.
(() => {
  const STEP = 50;
  const timer = setInterval(() => {
    const app = document.querySelector(".stApp");
    if (!app) return;
    clearInterval(timer);
    const follow = () => {
      document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme;
    };
    follow();
    new MutationObserver(follow).observe(app, { attributes: true, attributeFilter: ["class"] });
  }, STEP);
})();
