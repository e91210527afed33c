// SPDX-License-Identifier: BSD-3-Clause
#include "app/application.h"

#include "app/mainwindow.h"
#include "broker/sampletraffic.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qtimer.h>
#include <QtGui/qpixmap.h>

#include <cstdio>

namespace Qombu::Inspector {
namespace {

using namespace std::chrono_literals;

constexpr auto FirstMessages = 800ms; // of the sample traffic are there by then
constexpr auto PictureDelay = 2500ms; // the first answers are on the screen by then

} // namespace

Application::Application(const CommandLine &line)
    : m_line(line)
    , m_settings(line.settingsFile.isEmpty() ? Settings::defaultFile() : line.settingsFile)
    , m_window(std::make_unique<MainWindow>(&m_session, &m_settings))
{
    connect(m_window.get(), &MainWindow::brokerOpened, this, &Application::startDemo);
}

Application::~Application()
{
    m_window.reset(); // before the session that it shows
}

void Application::start()
{
    const bool demo = m_line.url.isEmpty();
    const BrokerUrl url(demo ? SampleTraffic::url() : m_line.url);
    m_window->openBroker(url, Environment(m_settings.environmentOf(url)));
    if (m_line.readOnly)
        m_session.gate()->setReadOnly(true);
    m_window->show();
    if (!m_line.place.isEmpty() && !m_window->openPlace(m_line.place))
        std::fprintf(stderr, "%s\n", qPrintable(tr("There is no place “%1”.").arg(m_line.place)));
    if (!m_line.screenshot.isEmpty())
        QTimer::singleShot(PictureDelay, this, &Application::takeScreenshot);
}

void Application::startDemo(const BrokerUrl &url)
{
    if (m_traffic || url.toString() != SampleTraffic::url())
        return;
    m_traffic = std::make_unique<SampleTraffic>();
    m_traffic->start();
    QTimer::singleShot(FirstMessages, &m_session, &BrokerSession::refresh);
}

void Application::takeScreenshot()
{
    const bool written = m_window->grab().save(m_line.screenshot);
    if (!written)
        std::fprintf(
            stderr, "%s\n",
            qPrintable(tr("The picture could not be written to %1.").arg(m_line.screenshot)));
    QCoreApplication::exit(written ? 0 : 1);
}

} // namespace Qombu::Inspector
