// SPDX-License-Identifier: BSD-3-Clause
#include "views/theme.h"

#include <QtCore/qbuffer.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qfile.h>
#include <QtCore/qhash.h>
#include <QtGui/qfontdatabase.h>
#include <QtGui/qiconengine.h>
#include <QtGui/qimagereader.h>
#include <QtGui/qpainter.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qstyle.h>

namespace Qombu::Inspector {
namespace {

struct Pair
{
    QRgb light;
    QRgb dark;
};

QColor pick(Pair pair, const QPalette &palette)
{
    return QColor::fromRgb(Theme::isDark(palette) ? pair.dark : pair.light);
}

// Draws a bundled SVG in the colour of the button text, at the device's resolution.
class DrawnIcon : public QIconEngine
{
public:
    explicit DrawnIcon(const QByteArray &svg)
        : m_svg(svg)
    {
    }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override
    {
        const qreal ratio = painter->device()->devicePixelRatioF();
        painter->drawPixmap(rect, scaledPixmap(rect.size() * ratio, mode, state, ratio));
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        return scaledPixmap(size, mode, state, 1.0);
    }

    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State, qreal ratio) override
    {
        const QPalette palette = QApplication::palette();
        const QColor ink = mode == QIcon::Disabled
            ? palette.color(QPalette::Disabled, QPalette::ButtonText)
            : mode == QIcon::Selected ? palette.color(QPalette::HighlightedText)
                                      : palette.color(QPalette::ButtonText);
        QByteArray svg = m_svg;
        svg.replace("currentColor", ink.name().toLatin1());
        QBuffer buffer(&svg);
        QImageReader reader(&buffer, "svg");
        reader.setScaledSize(size);
        QPixmap pixmap = QPixmap::fromImageReader(&reader);
        pixmap.setDevicePixelRatio(ratio);
        return pixmap;
    }

    QIconEngine *clone() const override { return new DrawnIcon(m_svg); }

private:
    QByteArray m_svg;
};

QString desktopName(const QString &name)
{
    static const QHash<QString, QString> names{
        {QStringLiteral("refresh"), QStringLiteral("view-refresh")},
        {QStringLiteral("filter"), QStringLiteral("edit-find")},
        {QStringLiteral("publish"), QStringLiteral("document-send")},
        {QStringLiteral("watch"), QStringLiteral("view-visible")},
        {QStringLiteral("pause"), QStringLiteral("media-playback-pause")},
        {QStringLiteral("play"), QStringLiteral("media-playback-start")},
        {QStringLiteral("stop"), QStringLiteral("media-playback-stop")},
        {QStringLiteral("clear"), QStringLiteral("edit-clear-all")},
        {QStringLiteral("copy"), QStringLiteral("edit-copy")},
        {QStringLiteral("warning"), QStringLiteral("data-warning")},
        {QStringLiteral("lock"), QStringLiteral("object-locked")},
        {QStringLiteral("open"), QStringLiteral("network-connect")},
    };
    return names.value(name);
}

QColor mixed(const QColor &base, const QColor &ink, double part)
{
    return QColor::fromRgbF(float(base.redF() + (ink.redF() - base.redF()) * part),
                            float(base.greenF() + (ink.greenF() - base.greenF()) * part),
                            float(base.blueF() + (ink.blueF() - base.blueF()) * part));
}

// Only KDE's icon engine colours its icons to fit a dark palette.
bool desktopColoursItsIcons()
{
    return QIcon::themeName().startsWith(u"breeze");
}

} // namespace

bool Theme::isDark(const QPalette &palette)
{
    return palette.color(QPalette::Window).lightness() < 128;
}

QColor Theme::color(Tone tone, const QPalette &palette)
{
    switch (tone) {
    case Tone::Good:
        return pick({0xff187437, 0xff5fd08a}, palette);
    case Tone::Notice:
        return pick({0xff1f5fa8, 0xff7db8f5}, palette);
    case Tone::Warning:
        return pick({0xff8a5a00, 0xfff0b848}, palette);
    case Tone::Danger:
        return pick({0xffb3261e, 0xffff8a80}, palette);
    case Tone::Muted:
        break;
    }
    // The palette's own placeholder colour is too pale for what people must be able to read.
    return mixed(palette.color(QPalette::Window), palette.color(QPalette::WindowText),
                 isDark(palette) ? 0.80 : 0.65);
}

QColor Theme::background(Tone tone, const QPalette &palette)
{
    const QColor ink = color(tone, palette);
    const QColor base = palette.color(QPalette::Window);
    return mixed(base, ink, isDark(palette) ? 0.20 : 0.13);
}

QColor Theme::environmentColor(Environment environment, const QPalette &palette)
{
    switch (environment) {
    case Environment::Production:
        return pick({0xffb3261e, 0xffd64545}, palette);
    case Environment::Staging:
        return pick({0xff9a6700, 0xffc28a1a}, palette);
    case Environment::Development:
        return pick({0xff1b7f3b, 0xff2f9e58}, palette);
    case Environment::None:
        break;
    }
    return palette.color(QPalette::Mid);
}

QString Theme::environmentName(Environment environment)
{
    switch (environment) {
    case Environment::Production:
        return QStringLiteral("PROD");
    case Environment::Staging:
        return QStringLiteral("STAGING");
    case Environment::Development:
        return QStringLiteral("DEV");
    case Environment::None:
        break;
    }
    return {};
}

QFont Theme::fixedFont()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(QApplication::font().pointSizeF());
    return font;
}

QFont Theme::scaled(QFont font, double factor, QFont::Weight weight)
{
    font.setPointSizeF(font.pointSizeF() * factor);
    font.setWeight(weight);
    return font;
}

QIcon Theme::icon(const char *name)
{
    static QHash<QByteArray, QIcon> icons;
    QIcon &icon = icons[name];
    if (!icon.isNull())
        return icon;
    const QString desktop = desktopName(QString::fromLatin1(name));
    if (!desktop.isEmpty() && desktopColoursItsIcons() && QIcon::hasThemeIcon(desktop))
        return icon = QIcon::fromTheme(desktop);
    QFile file(QStringLiteral(":/qombu/icons/") + QLatin1String(name) + QStringLiteral(".svg"));
    if (file.open(QIODevice::ReadOnly))
        icon = QIcon(new DrawnIcon(file.readAll()));
    return icon;
}

PlainLabel::PlainLabel(const QString &text, QWidget *parent)
    : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    setText(text);
}

void PlainLabel::setTone(Theme::Tone tone)
{
    m_tone = tone;
    applyTone();
}

void PlainLabel::applyTone()
{
    if (!m_tone || m_applying)
        return;
    m_applying = true;
    QPalette own = palette();
    own.setColor(QPalette::WindowText, Theme::color(*m_tone, QApplication::palette()));
    setPalette(own);
    m_applying = false;
}

void PlainLabel::setElided(bool elided)
{
    m_elided = elided;
    updateGeometry();
}

QSize PlainLabel::minimumSizeHint() const
{
    QSize size = QLabel::minimumSizeHint();
    if (m_elided)
        size.setWidth(qMin(size.width(), fontMetrics().averageCharWidth() * 8));
    return size;
}

void PlainLabel::changeEvent(QEvent *event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationPaletteChange)
        applyTone();
}

void PlainLabel::paintEvent(QPaintEvent *event)
{
    if (!m_elided)
        return QLabel::paintEvent(event);
    QPainter painter(this);
    const QString shown = fontMetrics().elidedText(text(), Qt::ElideMiddle, contentsRect().width());
    style()->drawItemText(&painter, contentsRect(), int(alignment()), palette(), isEnabled(), shown,
                          foregroundRole());
}

QString plainToolTip(const QString &text)
{
    if (text.isEmpty())
        return {};
    return QStringLiteral("<p style='white-space:pre-wrap'>") + text.toHtmlEscaped()
        + QStringLiteral("</p>");
}

QString withoutMnemonic(QString text)
{
    return text.replace(u'&', QStringLiteral("&&"));
}

} // namespace Qombu::Inspector
